//! Every rule of the business, over real HTTP, named after it.
