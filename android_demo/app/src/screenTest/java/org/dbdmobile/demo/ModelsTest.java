package org.dbdmobile.demo;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertNull;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.dbdmobile.BlurModel;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.annotation.Config;

/** The packed models, as the app's own archive has them. */
@RunWith(ScreenRunner.class)
@Config(sdk = {26, 34})
public class ModelsTest {
    @Test
    public void packedModels_areMappedWhereTheArchiveHasThem() throws Exception {
        Models models = new Models(RuntimeEnvironment.getApplication().getAssets());
        for (String id : models.ids()) {
            ByteBuffer mapped = models.map("org.dbdmobile/" + id + "/model.tflite");
            assertNotNull(id, mapped);
            byte[] bytes = new byte[mapped.remaining()];
            mapped.get(bytes);
            Path file = Screen.ROOT.toPath().resolve("dbd_mobile/models/" + id + "/model.tflite");
            assertArrayEquals(id, Files.readAllBytes(file), bytes);
            assertEquals(id, BlurModel.bundled(models, id).name());
        }
        assertNull("a compressed asset", models.map("org.dbdmobile/lite/card.json"));
    }
}
