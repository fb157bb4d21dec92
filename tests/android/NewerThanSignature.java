import java.io.File;
import java.io.FileInputStream;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import org.codehaus.mojo.animal_sniffer.SignatureChecker;
import org.codehaus.mojo.animal_sniffer.logging.PrintWriterLogger;

/** Prints what folders of class files use and a signature file lacks, but for what apps bring along. */
public final class NewerThanSignature {
    public static void main(String[] arguments) throws Exception {
        HashSet<String> brought =
                new HashSet<>(
                        Arrays.asList(
                                "org.dbdmobile.*", "org.tensorflow.lite.*", "org.jspecify.*"));
        try (FileInputStream signature = new FileInputStream(arguments[0])) {
            SignatureChecker checker =
                    new SignatureChecker(signature, brought, new PrintWriterLogger(System.out));
            checker.setSourcePath(Collections.emptyList());
            for (int i = 1; i < arguments.length; i++) {
                checker.process(new File(arguments[i]));
            }
        }
    }
}
