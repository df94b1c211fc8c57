{{/* The pools of workers, each with what `worker` says where it says nothing, as a JSON list. */}}
{{- define "everytick.pools" -}}
{{- $pools := list -}}
{{- range .Values.workers -}}
{{- $pools = append $pools (include "everytick.overlay" (dict "below" $.Values.worker "above" .) | fromJson) -}}
{{- end -}}
{{- toJson $pools -}}
{{- end -}}

{{/* Mappings merged key by key; null takes away. Sprig's own functions take 0, false and [] for nothing said. {below, above} */}}
{{- define "everytick.overlay" -}}
{{- $all := deepCopy .below -}}
{{- range $key, $value := .above -}}
{{- if and (kindIs "map" $value) (kindIs "map" (get $all $key)) -}}
{{- $_ := set $all $key (include "everytick.overlay" (dict "below" (get $all $key) "above" $value) | fromJson) -}}
{{- else if kindIs "invalid" $value -}}
{{- $_ := unset $all $key -}}
{{- else -}}
{{- $_ := set $all $key $value -}}
{{- end -}}
{{- end -}}
{{- toJson $all -}}
{{- end -}}

{{- define "everytick.poolName" -}}
{{ include "everytick.fullname" .root }}-worker-{{ .pool.name }}
{{- end -}}

{{- define "everytick.isAutoscaled" -}}
{{- if or .autoscaling.hpa.enabled .autoscaling.keda.enabled }}true{{ end -}}
{{- end -}}

{{/* How many workers of a pool there may be. */}}
{{- define "everytick.poolMaximum" -}}
{{- ternary .autoscaling.maxReplicas .replicas (eq "true" (include "everytick.isAutoscaled" .)) | int -}}
{{- end -}}

{{/*
Seconds. A worker drains for drainTimeoutMs, has 5 s more to close, and ends itself 5 s after that; 5 s for the kubelet. Never
less than a check may take, which is 120 s, with the same margin.
*/}}
{{- define "everytick.workerGraceSeconds" -}}
{{- max 135 (add (divf (.drainTimeoutMs | float64) 1000.0 | ceil | int) 15) -}}
{{- end -}}
