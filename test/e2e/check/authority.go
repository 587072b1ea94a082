package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"time"
)

// A certificate authority of this run, and what it signs.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	pem         []byte
}

type pair struct{ certificate, key []byte }

var lastSerial int64

func sign(template, parent *x509.Certificate, public, private any) []byte {
	lastSerial++
	template.SerialNumber = big.NewInt(lastSerial)
	if template.NotBefore.IsZero() {
		template.NotBefore = time.Now().Add(-time.Hour)
	}
	if template.NotAfter.IsZero() {
		template.NotAfter = time.Now().Add(24 * time.Hour)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, public, private)
	check(err)
	return der
}

func newKey() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(err)
	return key
}

func encode(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func encodeKey(key *ecdsa.PrivateKey) []byte {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	check(err)
	return encode("PRIVATE KEY", der)
}

func newAuthority(name string) *authority { return authorityUntil(name, time.Now().Add(24*time.Hour)) }

func authorityUntil(name string, end time.Time) *authority {
	key := newKey()
	template := &x509.Certificate{
		Subject:               pkix.Name{CommonName: name},
		NotAfter:              end,
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign,
	}
	der := sign(template, template, &key.PublicKey, key)
	certificate, err := x509.ParseCertificate(der)
	check(err)
	return &authority{certificate, key, encode("CERTIFICATE", der)}
}

// A server's certificate for an address, "127.0.0.1" where none is given.
func (a *authority) server(addresses ...string) pair {
	if len(addresses) == 0 {
		addresses = []string{"127.0.0.1"}
	}
	template := &x509.Certificate{
		Subject:     pkix.Name{CommonName: "server"},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		KeyUsage:    x509.KeyUsageDigitalSignature,
	}
	for _, address := range addresses {
		template.IPAddresses = append(template.IPAddresses, net.ParseIP(address))
	}
	return a.issue(template)
}

// A user of the API server: the common name is the user, the organization the group.
func (a *authority) client(user, group string) pair {
	return a.issue(&x509.Certificate{
		Subject:     pkix.Name{CommonName: user, Organization: []string{group}},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		KeyUsage:    x509.KeyUsageDigitalSignature,
	})
}

// The older form, which is what the API server reads an account key from.
func encodeAccountKey(key *ecdsa.PrivateKey) []byte {
	der, err := x509.MarshalECPrivateKey(key)
	check(err)
	return encode("EC PRIVATE KEY", der)
}

func (a *authority) issue(template *x509.Certificate) pair {
	key := newKey()
	der := sign(template, a.certificate, &key.PublicKey, a.key)
	return pair{encode("CERTIFICATE", der), encodeKey(key)}
}
