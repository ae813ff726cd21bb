"""Questions of a school: the whole statement is asserted."""

import pytest

from tests.unit.composer.schemas import school, sql_of


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("Who is the oldest student?", "SELECT student.name FROM student ORDER BY student.age DESC NULLS LAST LIMIT 1"),
        ("List the names of students older than 20.", "SELECT student.name FROM student WHERE student.age > 20"),
        (
            "Which students have pets?",
            "SELECT student.name FROM student WHERE EXISTS(SELECT 1 FROM pet WHERE pet.owner_id = student.id)",
        ),
        (
            "List the names of students who do not have pets.",
            "SELECT student.name FROM student WHERE NOT EXISTS(SELECT 1 FROM pet WHERE pet.owner_id = student.id)",
        ),
        (
            "How many courses does each student take?",
            "SELECT student.name, COUNT(*) FROM course JOIN enrolment ON course.id = enrolment.course_id "
            "JOIN student ON enrolment.student_id = student.id GROUP BY student.id, student.name",
        ),
        (
            "List the titles of courses with at least 3 credits, sorted by title.",
            "SELECT course.title FROM course WHERE course.credits >= 3 ORDER BY course.title ASC",
        ),
        (
            "Show the names of students from Lima or Oslo.",
            "SELECT student.name FROM student WHERE (student.home_city = 'Lima' OR student.home_city = 'Oslo')",
        ),
        (
            "Find the names of students who take the course Logic.",
            "SELECT student.name FROM student WHERE EXISTS(SELECT 1 FROM enrolment JOIN course ON "
            "enrolment.course_id = course.id WHERE enrolment.student_id = student.id AND course.title = "
            "'Logic')",
        ),
        ('Find the weight of the pet named "Rex".', "SELECT pet.weight_kg FROM pet WHERE pet.name = 'Rex'"),
        (
            "What is the name of the student with the lowest gpa?",
            "SELECT student.name FROM student ORDER BY student.gpa ASC LIMIT 1",
        ),
        (
            "Show each major and the number of students.",
            "SELECT student.major, COUNT(*) FROM student GROUP BY student.major",
        ),
        (
            "For each major, what is the average gpa of students?",
            "SELECT student.major, AVG(student.gpa) FROM student GROUP BY student.major",
        ),
    ],
)
def test_school(question: str, sql: str) -> None:
    assert sql_of(question, school()) == sql
