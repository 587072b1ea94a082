module brokergate.io/bench/apply

go 1.24.0
