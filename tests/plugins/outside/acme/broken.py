raise RuntimeError("the license of acme has expired")
