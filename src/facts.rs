//! What the rows of a case say when put together: endpoints (templates learnt from paths), what
//! each identifier names, actors, who touched what. Pure: fed row by row, read by `detect` and
//! `exposure`.

pub mod builder;
pub mod intern;
pub mod inventory;
pub mod lens;
pub mod row;
pub mod shape;
pub mod table;
pub mod template;

pub use builder::Builder;
pub use inventory::Inventory;
pub use lens::Lens;
pub use row::Whole;
pub use shape::path_shape;
pub use table::{
    Actor, ActorId, Endpoint, EndpointId, Facts, NameId, PageSize, Place, Role, SLOT, SeenClass, SignalCount, Slot,
    Statuses, Touch, Visit,
};
pub use template::{ShapeCount, Template, Templates};
