//! What the rows of a case say when put together: endpoints (templates learnt from paths), what
//! each identifier names, actors, who touched what. Pure: fed row by row, read by `detect` and
//! `exposure`.

pub mod inventory;
pub mod shape;
pub mod table;
pub mod template;

pub use inventory::Inventory;
pub use shape::path_shape;
pub use table::{
    Actor, ActorId, Endpoint, EndpointId, Facts, NameId, Place, Role, SeenClass, SignalCount, Statuses, Touch, Visit,
};
pub use template::{ShapeCount, Template, Templates};
