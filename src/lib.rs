//! x
pub mod config;
pub mod html;
pub mod model;
