// The CustomResourceDefinition of OpenReports, as its own project releases it: what a cluster with it takes, a scenario
// finds out.
module brokergate.io/test/e2e/reports

go 1.24.0

require github.com/openreports/reports-api v0.2.1
