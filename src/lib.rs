//! x
pub mod config;
pub mod export;
pub mod extract;
pub mod html;
pub mod model;
pub mod store;
