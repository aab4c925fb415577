//! hCaptcha, wrapped in what its client leaves to us.
