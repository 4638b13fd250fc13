//! `/console/api-docs`: the OpenAPI documents of both services, and Swagger UI to read them with,
//! for whoever is signed in.

pub mod asset;
pub mod document;
pub mod page;
