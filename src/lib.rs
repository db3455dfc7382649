#![doc = include_str!("ARCHITECTURE.md")]

pub mod domain;

pub mod evidence;

pub mod parse;

pub mod classify;

pub mod facts;

pub mod detect;

pub mod exposure;

#[cfg(feature = "case")]
pub mod frame;

#[cfg(feature = "case")]
pub mod case;

#[cfg(feature = "case")]
pub mod ingest;

#[cfg(feature = "case")]
pub mod analysis;

pub mod report;

#[cfg(feature = "case")]
pub mod cli;
