"""What the member gets in writing, and that it arrived."""
