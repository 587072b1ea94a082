package main

import (
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
)

const (
	advertised = "KAFKA_ADVERTISED_LISTENERS"
	internal   = "cloud.google.com/load-balancer-type"
)

// The container that runs a broker, or nil.
func broker(set *appsv1.StatefulSet) *corev1.Container {
	for i := range set.Spec.Template.Spec.Containers {
		container := &set.Spec.Template.Spec.Containers[i]
		if strings.Contains(container.Image, "kafka") {
			return container
		}
	}
	return nil
}

func inFrontOfBrokers(service *corev1.Service) bool {
	for _, value := range service.Spec.Selector {
		if strings.HasPrefix(value, "kafka") {
			return true
		}
	}
	return false
}

func variable(container *corev1.Container, name string) *corev1.EnvVar {
	for i := range container.Env {
		if container.Env[i].Name == name {
			return &container.Env[i]
		}
	}
	return nil
}

// What a broker tells clients outside. The kubelet puts the pod's name in where the variable stands before.
func external(domain string) string { return "EXTERNAL://$(POD_NAME)." + domain + ":9094" }

func advertise(container *corev1.Container, domain string) {
	if variable(container, "POD_NAME") == nil {
		name := corev1.EnvVar{Name: "POD_NAME", ValueFrom: &corev1.EnvVarSource{
			FieldRef: &corev1.ObjectFieldSelector{APIVersion: "v1", FieldPath: "metadata.name"}}}
		container.Env = append([]corev1.EnvVar{name}, container.Env...)
	}
	listeners := variable(container, advertised)
	switch {
	case listeners == nil:
		container.Env = append(container.Env, corev1.EnvVar{Name: advertised,
			Value: "PLAINTEXT://$(POD_NAME):9092," + external(domain)})
	case !strings.Contains(listeners.Value, domain):
		listeners.Value += "," + external(domain)
	}
}
