#!/usr/bin/env bash
# The five-minute tour: the commands of the README, one after the other, against a running `ops-daemon dev`.
# A test runs this file on both databases and compares it with the README.
set -euo pipefail

# where the service is, and two ways to call it: as an administrator, and as the gateway with its certificate
DATA=${DATA:-.ops-dev}; ADMIN=${ADMIN:-http://127.0.0.1:8080}; INTERNAL=${INTERNAL:-https://localhost:8443}
call() { curl --silent --show-error --fail-with-body -H 'Content-Type: application/json' "$@" && echo; }
admin() { call -H "Authorization: Bearer $(cat "$DATA/tokens/admin.jwt")" "$@"; }
gateway() { call --cacert "$DATA/tls/ca.pem" --cert "$DATA/tls/gateway.pem" --key "$DATA/tls/gateway.key" "$@"; }
cursor() { admin "$ADMIN/admin/v1/events?limit=200&after=$1" | sed -n 's/.*"next_cursor":"\([^"]*\)".*/\1/p'; }
SINCE=0.0; for _ in $(seq 500); do NEXT=$(cursor "$SINCE"); [[ -z $NEXT || $NEXT == "$SINCE" ]] && break; SINCE=$NEXT; done
[[ -n $NEXT ]] || echo 'No answer. Is dev running, and is this its folder?'
NOW=$(date +%s); NAME="tour-$NOW"; PREFIX="88216$(printf %05d $((NOW % 100000)))"

# 1. list operators
admin "$ADMIN/admin/v1/operators?limit=2"

# 2. create one
OPERATOR=$(admin -d '{"code": "'$NAME'", "display_name": "Operator '$NAME'", "kind": "mno", "countries": ["DE"]}' \
  "$ADMIN/admin/v1/operators" | cut -d'"' -f4); echo "operator $OPERATOR"

# 3. add a connection
CONNECTION=$(admin -d '{"name": "main", "protocol": "smpp", "smpp": {"endpoints": [{"host": "smsc.'$NAME'.example.net", "port": 3550}]}}' \
  "$ADMIN/admin/v1/operators/$OPERATOR/connections" | cut -d'"' -f4); echo "connection $CONNECTION"

# 4. store its credential: the answer has no secret
admin -d '{"system_id": "tour", "password": "s3cret-1"}' "$ADMIN/admin/v1/connections/$CONNECTION/credentials"

# 5. activate the operator
admin -X POST "$ADMIN/admin/v1/operators/$OPERATOR/activate"

# 6. add a rule: satellite numbers go to the new connection, and to a sample aggregator when that is down
HUB=$(admin "$ADMIN/admin/v1/operators?q=example-aggregator-world" | cut -d'"' -f6)
BACKUP=$(admin "$ADMIN/admin/v1/operators/$HUB/connections" | cut -d'"' -f6)
admin -d '{"name": "'$NAME'", "precedence": 100, "match": {"destination": {"prefix": "'$PREFIX'"}},
  "targets": [{"connection_id": "'$CONNECTION'"}, {"connection_id": "'$BACKUP'", "tier": 1}]}' "$ADMIN/admin/v1/routing/rules"

# 7. resolve a number, and read why: the new connection comes first
admin -d '{"destination": "+'$PREFIX'123", "explain": true}' "$ADMIN/admin/v1/routing/resolve"

# 8. report as the gateway that no session is bound, until the connection is down (half a minute)
for SEQ in $(seq 1 12); do
  gateway -d '{"samples": [{"connection_id": "'$CONNECTION'", "connector_id": "gateway/tour", "run_id": "'$CONNECTION'",
    "seq": '$SEQ', "window_start": "'$(date -u +%Y-%m-%dT%H:%M:%SZ)'", "window_s": 5,
    "sessions": [{"slot": 0, "state": "unbound", "bound_ms": 0}]}]}' "$INTERNAL/internal/v1/health/samples"
  sleep 5; HEALTH=$(admin "$ADMIN/admin/v1/connections/$CONNECTION/health"); echo "$HEALTH"
  [[ $HEALTH == *'"state":"down"'* ]] && break
done

# 9. resolve again: the aggregator gets the number, and the explanation says why
admin -d '{"destination": "+'$PREFIX'123", "explain": true}' "$ADMIN/admin/v1/routing/resolve"

# 10. read the events of this tour
admin "$ADMIN/admin/v1/events?after=$SINCE"

# 11. lease the credential with the gateway's certificate: the one answer that has the secret
gateway -d '{"connection_ids": ["'$CONNECTION'"]}' "$INTERNAL/internal/v1/credential-leases"
