// The API server of Kubernetes as its own release builds it. `go install` cannot build it from the outside: what
// k8s.io/kubernetes requires of its own repository stands at v0.0.0 there, so go.mod says which versions are meant.
package main

import (
	"os"

	"k8s.io/component-base/cli"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

func main() {
	os.Exit(cli.Run(app.NewAPIServerCommand()))
}
