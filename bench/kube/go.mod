module brokergate.io/bench/kube

go 1.24.0
