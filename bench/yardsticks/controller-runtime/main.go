// A webhook as most people write one: controller-runtime's server and decoder, typed objects, and the patch it works out
// from the object before and after. It does brokergate's two main changes and the two checks that belong to them, and is
// only there to be measured beside it.
package main

import (
	"crypto/tls"
	"flag"
	"fmt"
	"net"
	"os"
	"strconv"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	"sigs.k8s.io/controller-runtime/pkg/webhook"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
)

func run() error {
	listen := flag.String("listen", "127.0.0.1:9443", "address to listen on")
	folder := flag.String("certificates", ".", "folder with the certificate and its key")
	certificate := flag.String("cert", "tls.crt", "name of the certificate in that folder")
	key := flag.String("key", "tls.key", "name of the key in that folder")
	domain := flag.String("domain", "kafka.example.com", "domain of the brokers' external names")
	flag.Parse()
	host, text, err := net.SplitHostPort(*listen)
	if err != nil {
		return err
	}
	port, err := strconv.Atoi(text)
	if err != nil {
		return err
	}

	ctrl.SetLogger(zap.New())
	scheme := runtime.NewScheme()
	utilruntime.Must(appsv1.AddToScheme(scheme))
	utilruntime.Must(corev1.AddToScheme(scheme))
	decoder := admission.NewDecoder(scheme)
	server := webhook.NewServer(webhook.Options{
		Host: host, Port: port, CertDir: *folder, CertName: *certificate, KeyName: *key,
		// As kubebuilder's scaffold does; the API server offers HTTP/2 to loopback addresses alone.
		TLSOpts: []func(*tls.Config){func(config *tls.Config) { config.NextProtos = []string{"http/1.1"} }}})
	server.Register("/mutate", &webhook.Admission{Handler: &mutator{decoder: decoder, domain: *domain}})
	server.Register("/validate", &webhook.Admission{Handler: &validator{decoder: decoder, domain: *domain}})
	return server.Start(ctrl.SetupSignalHandler())
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}
