# shellcheck shell=bash
# Sourced by tools/package: which models of weights/ go into the package (TERN_WEIGHTS), and their files. Uses lib.sh.

# Sets models: the names, sorted, each once.
choose_models() {
    local weights=${TERN_WEIGHTS:-en_core_web_sm} wanted=() name known
    known=$(for name in weights/*.tern; do basename "$name" .tern; done)
    read -r -d '' -a wanted <<<"${weights//,/ }" || true
    if [ "${wanted[*]}" = all ]; then mapfile -t wanted <<<"$known"; fi
    [ "${#wanted[@]}" -gt 0 ] || die "TERN_WEIGHTS names no model: give names of weights/ ($(paste -sd ' ' <<<"$known")), or all"
    for name in "${wanted[@]}"; do
        grep -qxF -- "$name" <<<"$known" ||
            die "TERN_WEIGHTS: there is no weights/$name.tern; give names of weights/ ($(paste -sd ' ' <<<"$known")), or all"
        [ -f "weights/$name.json" ] || die "weights/$name.json is missing: python -m convert … --manifest writes it"
        [ -f "weights/LICENSE-$name" ] || die "weights/LICENSE-$name is missing: who gets the model gets its licence"
    done
    mapfile -t models < <(printf '%s\n' "${wanted[@]}" | LC_ALL=C sort -u)
}

# install_model NAME FOLDER: the model with its manifest, its licence and, if it has one, its card.
install_model() {
    install -m 644 "weights/$1.tern" "weights/$1.json" "weights/LICENSE-$1" "$2"
    if [ -f "weights/$1.md" ]; then install -m 644 "weights/$1.md" "$2"; fi
}
