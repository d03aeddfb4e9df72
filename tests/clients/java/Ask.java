// Sends what standard input lists through AWS's SDK for Java, and prints as a JSON list what came of each: {"output": {...}} or
// {"error": "TextSizeLimitExceededException", "status": 400, "message": "...", "known": true}. A line is an operation, a language
// code and texts, separated by tabs. Address, region and keys are those of the environment.
//     java -cp "FOLDER/*" Ask.java

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.util.SdkAutoConstructList;
import software.amazon.awssdk.services.comprehend.ComprehendClient;
import software.amazon.awssdk.services.comprehend.model.ComprehendException;

public final class Ask {
    private static String quoted(String text) {
        StringBuilder out = new StringBuilder("\"");
        text.chars().forEach(c -> out.append(String.format("\\u%04x", c)));
        return out.append('"').toString();
    }

    private static String json(Object value) {
        if (value instanceof SdkPojo) {
            SdkPojo of = (SdkPojo) value;
            return of.sdkFields().stream()
                    .filter(field -> isThere(field.getValueOrDefault(of)))
                    .map(field -> quoted(field.memberName()) + ": " + json(field.getValueOrDefault(of)))
                    .collect(Collectors.joining(", ", "{", "}"));
        }
        if (value instanceof List)
            return ((List<?>) value).stream().map(Ask::json).collect(Collectors.joining(", ", "[", "]"));
        return value instanceof String ? quoted((String) value) : String.valueOf(value);
    }

    /** The SDK makes lists of its own for those that did not come. */
    private static boolean isThere(Object value) {
        return value != null && !(value instanceof SdkAutoConstructList);
    }

    private static void set(SdkPojo builder, String member, Object value) {
        for (SdkField<?> field : builder.sdkFields())
            if (field.memberName().equals(member)) field.set(builder, value);
    }

    private static Object call(ComprehendClient client, String operation, String language, List<String> texts)
            throws ReflectiveOperationException {
        Class<?> type = Class.forName("software.amazon.awssdk.services.comprehend.model." + operation + "Request");
        Object builder = type.getMethod("builder").invoke(null);
        set((SdkPojo) builder, "LanguageCode", language);
        if (operation.startsWith("Batch")) set((SdkPojo) builder, "TextList", texts);
        else set((SdkPojo) builder, "Text", texts.get(0));
        Object request = ((software.amazon.awssdk.utils.builder.Buildable) builder).build();
        String method = Character.toLowerCase(operation.charAt(0)) + operation.substring(1);
        return ComprehendClient.class.getMethod(method, type).invoke(client, request);
    }

    private static String answer(ComprehendClient client, String[] line) throws ReflectiveOperationException {
        try {
            return "{\"output\": " + json(call(client, line[0], line[1], Arrays.asList(line).subList(2, line.length))) + "}";
        } catch (java.lang.reflect.InvocationTargetException failed) {
            if (!(failed.getCause() instanceof ComprehendException)) throw failed;
            ComprehendException error = (ComprehendException) failed.getCause();
            String code = error.awsErrorDetails().errorCode();
            return String.format("{\"error\": %s, \"status\": %d, \"message\": %s, \"known\": %b}", quoted(code),
                    error.statusCode(), quoted(error.awsErrorDetails().errorMessage()),
                    error.getClass().getSimpleName().equals(code) && error.requestId() != null);
        }
    }

    public static void main(String[] arguments) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        StringBuilder out = new StringBuilder();
        try (ComprehendClient client = ComprehendClient.builder()
                .overrideConfiguration(c -> c.retryStrategy(r -> r.maxAttempts(1))).build()) {
            for (String line; (line = in.readLine()) != null;)
                out.append(out.length() == 0 ? "[" : ", ").append(answer(client, line.split("\t")));
        }
        new PrintStream(System.out, true, StandardCharsets.UTF_8).println(out + "]");
    }
}
