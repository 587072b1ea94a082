{{- define "brokergate.name" -}}
{{- $name := printf "%s-%s" .Release.Name .Chart.Name -}}
{{- if contains .Chart.Name .Release.Name }}{{ $name = .Release.Name }}{{ end -}}
{{- .Values.nameOverride | default $name | trunc 50 | trimSuffix "-" -}}
{{- end -}}

{{- define "brokergate.secret" -}}
{{- .Values.certificate.secretName | default (printf "%s-tls" (include "brokergate.name" .)) -}}
{{- end -}}

{{- define "brokergate.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* What never changes, also in the selectors. */}}
{{- define "brokergate.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "brokergate.labels" -}}
{{ include "brokergate.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{/* The settings of the cluster view where it is on, else nothing. `helm upgrade --reuse-values` brings the values of an
  older chart, in which they may be missing: then what values.yaml says. */}}
{{- define "brokergate.view" -}}
{{- $view := .Values.clusterView | default dict -}}
{{- if $view.enabled -}}
{{- toJson (dict "ports" ($view.apiServerPorts | default (list 443 6443)) "dns" ($view.dns | default false)
  "resources" ($view.resources | default (dict "requests" (dict "memory" "192Mi") "limits" (dict "memory" "512Mi")))) -}}
{{- end -}}
{{- end -}}

{{/* Egress to the API server's ports. */}}
{{- define "brokergate.toApiServer" -}}
- ports:
    {{- range .ports }}
    - {port: {{ . }}, protocol: TCP}
    {{- end }}
  {{- with .root.Values.networkPolicy.apiServerTo }}
  to: {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}

{{/* The same hardening for every container of the chart. */}}
{{- define "brokergate.podSecurity" -}}
securityContext:
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
  fsGroup: 65532
  seccompProfile: {type: RuntimeDefault}
{{- end -}}
{{- define "brokergate.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  privileged: false
  readOnlyRootFilesystem: true
  runAsNonRoot: true
  capabilities: {drop: [ALL]}
  seccompProfile: {type: RuntimeDefault}
{{- end -}}
