{{/* What values.schema.json cannot say, each with a sentence that says what to do. */}}
{{- define "everytick.check" -}}
{{- with .Values.database -}}
{{- if not .existingSecret -}}
{{- fail "database.existingSecret is empty; it has to name a Secret of this namespace that holds the URL of the database (with CloudNativePG: <cluster>-app)" -}}
{{- end -}}
{{- if and (eq .pooler "transaction") (not .listen.urlKey) -}}
{{- fail "database.pooler is transaction, but database.listen.urlKey is empty; it has to name the key of a direct connection to the same database, for neither LISTEN nor the locks of leadership and migrations work through such a pooler" -}}
{{- end -}}
{{- if and .listen.existingSecret (not .listen.urlKey) -}}
{{- fail "database.listen.existingSecret is set, but database.listen.urlKey is empty; it has to name the key of the URL in that Secret" -}}
{{- end -}}
{{- end -}}
{{- with .Values.api -}}
{{- if and .enabled (not .existingSecret) -}}
{{- fail "api.enabled is true, but api.existingSecret is empty; it has to name a Secret with the first token, without which the API is served on loopback only" -}}
{{- end -}}
{{- if and (or .ingress.enabled .httpRoute.enabled) (not .enabled) -}}
{{- fail "api.ingress or api.httpRoute is enabled, but api.enabled is false, so that there is nothing for it to lead to" -}}
{{- end -}}
{{- if and .httpRoute.enabled (not .httpRoute.parentRefs) -}}
{{- fail "api.httpRoute.enabled is true, but api.httpRoute.parentRefs is empty; it has to name at least one gateway" -}}
{{- end -}}
{{- end -}}
{{- if and .Values.configuration.existingConfigMap (not .Values.configuration.enabled) -}}
{{- fail "configuration.existingConfigMap is set, but configuration.enabled is false; set it to true, or leave the name out" -}}
{{- end -}}
{{- include "everytick.checkPools" . -}}
{{- end -}}

{{- define "everytick.checkPools" -}}
{{- $names := list -}}
{{- range $pool := include "everytick.pools" . | fromJsonArray -}}
{{- if has .name $names -}}
{{- fail (printf "workers has two pools with the name %s; each needs a name of its own" .name) -}}
{{- end -}}
{{- $names = append $names .name -}}
{{- with .autoscaling -}}
{{- if and .hpa.enabled .keda.enabled -}}
{{- fail (printf "the pool %s has both autoscaling.hpa and autoscaling.keda enabled; KEDA makes a HorizontalPodAutoscaler of its own, and two of them pull at the same Deployment: enable one" $pool.name) -}}
{{- end -}}
{{- if and (or .hpa.enabled .keda.enabled) (lt (int .maxReplicas) (int .minReplicas)) -}}
{{- fail (printf "autoscaling.maxReplicas is %d, which is less than autoscaling.minReplicas, %d" (int .maxReplicas) (int .minReplicas)) -}}
{{- end -}}
{{- if and .keda.enabled (not .keda.serverAddress) -}}
{{- fail "autoscaling.keda.enabled is true, but autoscaling.keda.serverAddress is empty; it has to be the address of Prometheus, such as http://prometheus.monitoring.svc:9090" -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
