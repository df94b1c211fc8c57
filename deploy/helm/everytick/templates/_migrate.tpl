{{/*
The pod of the migrations. As a hook it runs before any object of the chart is there, so that it uses none: no ServiceAccount of
the chart, no ConfigMap, and Secrets that exist already. Several at once are safe: one migrates, the others wait.
*/}}
{{- define "everytick.migratePod" -}}
{{- $labels := dict "root" . "component" "migrate" -}}
metadata:
  labels:
    {{- include "everytick.podLabels" $labels | nindent 4 }}
  {{- with include "everytick.podAnnotations" (dict "root" . "own" dict) | trim }}
  {{- . | nindent 2 }}
  {{- end }}
spec:
  {{- if not (and .Values.serviceAccount.create .Values.migrations.useHelmHooks) }}
  serviceAccountName: {{ include "everytick.serviceAccountName" . }}
  {{- end }}
  {{- include "everytick.podBasics" . | nindent 2 }}
  {{- with include "everytick.nodes" (dict "own" .Values.migrations) | trim }}
  {{- . | nindent 2 }}
  {{- end }}
  restartPolicy: Never
  containers:
    - name: migrate
      {{- include "everytick.imageOf" . | nindent 6 }}
      args: [migrate]
      securityContext:
        {{- include "everytick.securityContext" . | nindent 8 }}
      env:
        {{- with .Values.migrations }}
        {{- if .existingSecret }}
        {{- include "everytick.secretVariable" (dict "name" "EVERYTICK_DATABASE_URL" "secret" .existingSecret "key" .urlKey) | nindent 8 }}
        {{- else }}
        {{- include "everytick.databaseEnv" $ | nindent 8 }}
        {{- end }}
        {{- end }}
        {{- with include "everytick.extraEnv" (dict "root" . "own" dict "where" "migrations") | trim }}
        {{- . | nindent 8 }}
        {{- end }}
      {{- with include "everytick.envFrom" (dict "root" . "own" dict) | trim }}
      {{- . | nindent 6 }}
      {{- end }}
      {{- with .Values.migrations.resources }}
      resources:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .Values.extraVolumeMounts }}
      volumeMounts:
        {{- toYaml . | nindent 8 }}
      {{- end }}
  {{- with .Values.extraVolumes }}
  volumes:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}
