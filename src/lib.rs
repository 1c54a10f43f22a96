//! x
pub mod cli;
pub mod config;
pub mod discover;
pub mod export;
pub mod extract;
pub mod fetch;
pub mod html;
pub mod jobs;
pub mod model;
pub mod store;
pub mod web;
