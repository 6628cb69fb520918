"""Language models as labelers: what they are asked, what it costs, how often they are right, and when that counts."""
