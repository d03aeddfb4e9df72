# Post a sample to a tern and compare the answer. Windows PowerShell 5.1 and PowerShell 7.
#   tools\smoke.ps1 URL [-Header 'apikey: KEY']    URL of the API with or without /ner or /ner/MODEL, or all of a gateway's path;
#                                                  with /sentiment or /sentiment/MODEL: a sample of its own. Slashes at the end
#                                                  do not count
#   tools\smoke.ps1 --help                         this
# Prints the status, the time in seconds and OK; exit code 1 if anything differs.
param(
    [Parameter(Mandatory = $true)][string]$Url,
    [string]$Header = ''
)
$ErrorActionPreference = 'Stop'
if ($Url -eq '--help') {
    foreach ($line in Get-Content $PSCommandPath) { if ($line -notmatch '^#') { break }; $line -replace '^# ?', '' }
    exit 0
}
[Net.ServicePointManager]::SecurityProtocol = [Net.ServicePointManager]::SecurityProtocol -bor [Net.SecurityProtocolType]::Tls12

$Url = $Url.TrimEnd('/')
$sentiment = $Url -match '/sentiment(/[^/]+)?$' -and $Url -notmatch '/ner$'
if (-not $sentiment -and $Url -notmatch '/ner(/[^/]+)?$') { $Url += '/ner' }
if ($sentiment) {
    $body = '{"text": "I love strawberry cake!"}'
    $expected = 'POSITIVE'
    $finds = 'the sample positive'
}
else {
    $body = '{"text": "Alan Turing was born on June 23, 1912, in London, England."}'
    $expected = 'Alan Turing PERSON;June 23, 1912 DATE;London GPE;England GPE'
    $finds = 'the four entities of the sample'
}
$headers = @{}
if ($Header) {
    $name, $value = $Header -split ':', 2
    $headers[$name.Trim()] = $value.Trim()
}

$watch = [Diagnostics.Stopwatch]::StartNew()
try {
    $answer = Invoke-WebRequest -Uri $Url -Method Post -ContentType 'application/json' -Headers $headers -Body $body -TimeoutSec 60 -UseBasicParsing
}
catch {
    Write-Host "smoke: $Url : $($_.Exception.Message)"
    exit 1
}
Write-Host ('status {0}  all {1:F3}' -f [int]$answer.StatusCode, $watch.Elapsed.TotalSeconds)

$content = $answer.Content | ConvertFrom-Json
if ($sentiment) { $found = $content.sentiment }
else { $found = ($content.entities | ForEach-Object { '{0} {1}' -f $_.text, $_.label }) -join ';' }
if ($found -ceq $expected) {
    Write-Host "OK: $Url finds $finds"
}
else {
    Write-Host "smoke: $Url answered $($answer.Content)"
    exit 1
}
