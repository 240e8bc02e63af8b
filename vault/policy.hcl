# What the Operator Management Service may do in HashiCorp Vault or OpenBao, with the default mount `secret` and the
# default prefix `ops`. Its role has `token_no_default_policy = true`: these five lines are all it may do.

# no update: a path is written once
path "secret/data/ops/operators/*"     { capabilities = ["create", "read"] }
path "secret/metadata/ops/operators/*" { capabilities = ["read", "list", "delete"] }
path "secret/destroy/ops/operators/*"  { capabilities = ["update"] }
path "auth/token/lookup-self"          { capabilities = ["read"] }
path "auth/token/renew-self"           { capabilities = ["update"] }
