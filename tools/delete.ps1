# Delete the SAM stack and what it made: the function, the API, queues with their messages, logs. Asks first.
#   tools\delete.ps1 [STACK] [options of `sam delete`, as --profile learnerlab --region us-east-1 --no-prompts]
# STACK: by default that of samconfig.toml.

# $args, not param(): a parameter would take the first option, --profile, for its own value.
$ErrorActionPreference = 'Stop'
if ($args.Count -gt 0 -and $args[0] -in '-h', '--help') {
    foreach ($line in Get-Content $PSCommandPath) { if ($line -notmatch '^#') { break }; $line -replace '^# ?', '' }
    exit 0
}
if (-not (Get-Command sam -ErrorAction SilentlyContinue)) {
    Write-Host 'delete: needs the AWS SAM CLI: winget install Amazon.SAM-CLI, or pip install aws-sam-cli'
    exit 1
}
Set-Location (Join-Path $PSScriptRoot '..')
$arguments = @('delete')
if ($args.Count -gt 0 -and -not ([string]$args[0]).StartsWith('-')) { $arguments += '--stack-name' }
$arguments += $args
& sam @arguments
exit $LASTEXITCODE
