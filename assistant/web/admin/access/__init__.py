"""Who may administer."""
