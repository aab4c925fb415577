//! Everything that names Tera: loading templates, evaluating them, their functions and filters.
