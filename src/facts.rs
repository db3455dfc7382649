//! What the rows of a case say when put together: endpoints (templates learnt from paths), what
//! each identifier names, actors, who touched what. Pure: fed row by row, read by `detect` and
//! `exposure`.

pub mod table;

pub use table::{
    Actor, ActorId, Endpoint, EndpointId, Facts, NameId, PageSize, Place, Role, SLOT, SeenClass, SignalCount, Slot,
    Statuses, Touch, Visit,
};
