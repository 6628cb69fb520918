"""Language models as labelers, without a service: what they are asked, what they say, and how good that is."""
