#![doc = include_str!("ARCHITECTURE.md")]

pub mod domain;

pub mod evidence;

pub mod parse;

#[cfg(feature = "case")]
pub mod frame;

#[cfg(feature = "case")]
pub mod case;

#[cfg(feature = "case")]
pub mod ingest;

#[cfg(feature = "case")]
pub mod report;

#[cfg(feature = "case")]
pub mod cli;
