"""What those who own a procedure see of it: its table, its picture, its dates, its play, and what a change changes."""
