#!/bin/sh
# A custom runtime (provided.al2023) for the function <name>-provision: each invocation writes /var/task/model/*.tern to the file
# system at /mnt/models, unless it is there already, and answers with the checksum of what is there then.
set -u

api=http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation
source=${LAMBDA_TASK_ROOT:-/var/task}/model
target=${TERN_MODELS:-/mnt/models}
headers=$(mktemp)

sha256_of() { sha256sum "$1" 2>/dev/null | cut -d ' ' -f 1; }

# Prints the answer. A new name and a rename: whoever starts meanwhile sees the old file or the new one, never a part.
write_model() {
    read -r sha256 name <"$source/sha256" || { echo "the package names no model"; return 1; }
    state="already there"
    if [ "$(sha256_of "$target/$name")" != "$sha256" ]; then
        state=written
        part=$target/.$name.$$
        { cp "$source/$name" "$part" && sync && [ "$(sha256_of "$part")" = "$sha256" ] && mv -f "$part" "$target/$name"; } || {
            rm -f "$part"
            echo "$target/$name could not be written, or not as it is in the package"
            return 1
        }
    fi
    printf '{"model": "%s", "sha256": "%s", "state": "%s"}' "$target/$name" "$(sha256_of "$target/$name")" "$state"
}

while curl --silent --show-error --fail --noproxy '*' --dump-header "$headers" --output /dev/null "$api/next"; do
    id=$(grep -i '^lambda-runtime-aws-request-id:' "$headers" | cut -d : -f 2 | tr -d '[:space:]')
    if answer=$(write_model); then
        curl --silent --show-error --noproxy '*' --output /dev/null --data "$answer" "$api/$id/response"
    else
        curl --silent --show-error --noproxy '*' --output /dev/null --header 'Lambda-Runtime-Function-Error-Type: Function.NotWritten' \
            --data "{\"errorMessage\": \"$answer\", \"errorType\": \"Function.NotWritten\", \"stackTrace\": []}" "$api/$id/error"
    fi
done
exit 1
