/* https_client.c - one signed GET with the package's libcurl: https_client URL CA_FILE. Prints the status, or curl's
 * error. */
#include <curl/curl.h>
#include <stdio.h>

static size_t ignore(char *data, size_t size, size_t count, void *user)
{
    (void)data;
    (void)user;
    return size * count;
}

int main(int argc, char **argv)
{
    long status = 0;
    CURL *curl = argc == 3 ? curl_easy_init() : NULL;
    if (!curl) return 2;
    curl_easy_setopt(curl, CURLOPT_URL, argv[1]);
    curl_easy_setopt(curl, CURLOPT_CAINFO, argv[2]);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, ignore);
    CURLcode code = curl_easy_setopt(curl, CURLOPT_AWS_SIGV4, "aws:amz:us-east-1:sqs");
    curl_easy_setopt(curl, CURLOPT_USERPWD, "AKIDEXAMPLE:secret");
    if (code == CURLE_OK) code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (code == CURLE_OK) printf("%ld\n", status);
    else printf("%s\n", curl_easy_strerror(code));
    curl_easy_cleanup(curl);
    return code != CURLE_OK;
}
