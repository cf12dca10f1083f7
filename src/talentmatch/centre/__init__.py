"""A talent centre's own rooms, on top of the engine: screening, docking, record, money, permits."""
