package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
)

type mutator struct {
	decoder admission.Decoder
	domain  string
}

func (m *mutator) Handle(_ context.Context, request admission.Request) admission.Response {
	var changed any
	switch request.Kind.Kind {
	case "StatefulSet":
		set := &appsv1.StatefulSet{}
		if err := m.decoder.Decode(request, set); err != nil {
			return admission.Errored(http.StatusBadRequest, err)
		}
		container := broker(set)
		if container == nil {
			return admission.Allowed("no brokers")
		}
		advertise(container, m.domain)
		changed = set
	case "Service":
		service := &corev1.Service{}
		if err := m.decoder.Decode(request, service); err != nil {
			return admission.Errored(http.StatusBadRequest, err)
		}
		if service.Spec.Type != corev1.ServiceTypeLoadBalancer || !inFrontOfBrokers(service) {
			return admission.Allowed("no load balancer of brokers")
		}
		if service.Annotations == nil {
			service.Annotations = map[string]string{}
		}
		service.Annotations[internal] = "Internal"
		changed = service
	default:
		return admission.Allowed("neither StatefulSet nor Service")
	}
	after, err := json.Marshal(changed)
	if err != nil {
		return admission.Errored(http.StatusInternalServerError, err)
	}
	return admission.PatchResponseFromRaw(request.Object.Raw, after)
}

type validator struct {
	decoder admission.Decoder
	domain  string
}

func (v *validator) Handle(_ context.Context, request admission.Request) admission.Response {
	switch request.Kind.Kind {
	case "StatefulSet":
		set := &appsv1.StatefulSet{}
		if err := v.decoder.Decode(request, set); err != nil {
			return admission.Errored(http.StatusBadRequest, err)
		}
		container := broker(set)
		if container == nil {
			return admission.Allowed("no brokers")
		}
		listeners := variable(container, advertised)
		if listeners == nil || !strings.Contains(listeners.Value, v.domain) {
			return admission.Denied(fmt.Sprintf("%s has no listener for clients outside", advertised))
		}
	case "Service":
		service := &corev1.Service{}
		if err := v.decoder.Decode(request, service); err != nil {
			return admission.Errored(http.StatusBadRequest, err)
		}
		if !inFrontOfBrokers(service) {
			return admission.Allowed("not in front of brokers")
		}
		if service.Spec.Type == corev1.ServiceTypeNodePort {
			return admission.Denied("brokers are not reached through node ports")
		}
		if service.Spec.Type == corev1.ServiceTypeLoadBalancer && service.Annotations[internal] != "Internal" {
			return admission.Denied("the load balancer of a broker is not internal")
		}
	}
	return admission.Allowed("")
}
