{{/* Slots in use of one worker that are aimed at. */}}
{{- define "everytick.slotsPerWorker" -}}
{{- max 1 (div (mul (int .maxInFlight) (int .autoscaling.slotsPercent)) 100) -}}
{{- end -}}

{{/* What finds the workers of a pool in Prometheus. {root, pool} */}}
{{- define "everytick.matchers" -}}
{{- .pool.autoscaling.keda.matchers | default (printf "namespace=%q,pool=%q" .root.Release.Namespace .pool.name) -}}
{{- end -}}

{{/*
Slots in use, of maxInFlight. A worker under strain holds fewer checks than that: one that holds 50 and may hold no more has its hands
full, and counts as one that holds all of maxInFlight. {root, pool}
*/}}
{{- define "everytick.slotsQuery" -}}
{{- $matchers := include "everytick.matchers" . -}}
sum(everytick_checks_in_flight{ {{- $matchers -}} } / everytick_checks_capacity{ {{- $matchers -}} } * everytick_checks_capacity_max{ {{- $matchers -}} })
{{- end -}}

{{/*
The 99th percentile of two minutes. Without a single check there is none (NaN): then it is 0, for nothing is late. Without a
worker that is scraped there is no answer at all.
*/}}
{{- define "everytick.latenessQuery" -}}
{{- $matchers := include "everytick.matchers" . -}}
{{- $rate := printf "sum(rate(everytick_check_lateness_seconds_count{%s}[2m]))" $matchers -}}
(histogram_quantile(0.99, sum by (le) (rate(everytick_check_lateness_seconds_bucket{ {{- $matchers -}} }[2m]))) and on () ({{ $rate }} > 0)) or on () (0 * {{ $rate }})
{{- end -}}
