"""Models that are asked unseen what the live model is asked, and what labels that come later say of any model."""
