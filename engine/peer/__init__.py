"""vectorbt, the peer: runs opened in it, runs simulated by it. Nothing else imports it, and this only when asked."""
