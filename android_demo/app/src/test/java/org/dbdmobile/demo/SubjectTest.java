package org.dbdmobile.demo;

import static org.junit.Assert.assertEquals;

import org.junit.Test;

/** The square around a tap. */
public class SubjectTest {
    @Test
    public void tapInTheMiddle_isTheMiddleOfTheSquare() {
        Subject subject = new Subject(0.5f, 0.5f);
        assertEquals(100, subject.side(800, 500));
        assertEquals(350, subject.left(800, 500));
        assertEquals(200, subject.top(800, 500));
        assertEquals("Region(box 350,200 to 450,300)", subject.square(800, 500).toString());
    }

    @Test
    public void tapAnywhere_squareLiesInThePhoto() {
        for (float x : new float[] {-1, 0, 0.05f, 0.97f, 1, 7}) {
            for (int[] photo : new int[][] {{1, 1}, {3, 900}, {1280, 720}}) {
                Subject subject = new Subject(x, 1 - x);
                int side = subject.side(photo[0], photo[1]);
                int left = subject.left(photo[0], photo[1]);
                int top = subject.top(photo[0], photo[1]);
                assertEquals(Math.min(Math.max(left, 0), photo[0] - side), left);
                assertEquals(Math.min(Math.max(top, 0), photo[1] - side), top);
            }
        }
    }
}
