"""The toolkits that cnlp is compared with: their environments, one interface to all of them."""
