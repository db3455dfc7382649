//! What the rows of a case say when put together: endpoints (templates learnt from paths), what
//! each identifier names, actors, who touched what. Pure: fed row by row, read by `detect` and
//! `exposure`.

pub mod builder;
pub mod intern;
pub mod lens;
pub mod row;
pub mod table;

pub use builder::Builder;
pub use lens::Lens;
pub use row::Whole;
pub use table::{
    Actor, ActorId, Endpoint, EndpointId, Facts, NameId, Place, Role, SeenClass, SignalCount, Statuses, Touch, Visit,
};
