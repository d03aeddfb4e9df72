"""The six load scenarios of the performance evaluation, their reports, and the provider's metrics beside them."""
