// etcd as its own release builds it: the replace lines in its go.mod keep `go install` from building it elsewhere.
package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() {
	etcdmain.Main(os.Args)
}
