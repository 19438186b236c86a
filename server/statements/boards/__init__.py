"""公示栏: a confirmed month as a branch's board, on a screen in the corridor, on paper, and as one member's sheet."""
