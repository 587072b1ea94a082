module brokergate.io/test/e2e/check

go 1.24.0
