"""`sivient demo`: the product with emulated vendors, a mailbox, prepared people and a tour, all on one machine."""
