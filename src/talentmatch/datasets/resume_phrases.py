"""Sentences of resumes; ``{a}`` and ``{b}`` are notions, ``{n}`` and ``{p}`` numbers."""

__all__ = [
    "BULLETS",
    "CHINESE_BULLETS",
    "CHINESE_PAPERS",
    "CHINESE_SUMMARIES",
    "CLOSINGS",
    "DEGREES",
    "EMPLOYERS",
    "HEADINGS",
    "SENIORITY",
    "SUMMARIES",
    "TRAITS",
    "UNIVERSITIES",
]

SUMMARIES = (
    "{role} with {y} years of experience in {a} and {b}.",
    "{y} years in {a}; in recent years mainly {b}.",
    "{study} graduate who has worked on {a}, {b} and {c} for {y} years.",
    "Specialist for {a}. Practical background in {b} and {c}.",
    "I have spent {y} years with {a} and am looking for a place where {b} matters.",
    "Hands-on {role}, at home in {a}, with good knowledge of {b}.",
    "My work covers {a} and {b}, from first idea to daily use.",
)

BULLETS = {
    "technology": (
        "Led a team of {n} on {a} and {b}.",
        "Cut scrap by {p} % through better {a}.",
        "Built up the laboratory for {a}.",
        "Responsible for {a}, from concept to series production.",
        "Solved a long-standing problem in {a}; saved {n} weeks per project.",
        "Wrote the internal guideline for {a}.",
        "Developed {a} together with suppliers and {n} customers.",
        "Holder of {n} patents in {a}.",
        "Used {tool} for {a}.",
        "{tool} and {tool2} models of {a}, checked against tests.",
        "Trained {n} colleagues in {a} ({latin}).",
        "Worked on {a} and {b} ({latin}).",
        "Supported production in questions of {a}.",
        "Published {n} papers on {a}.",
        "Thesis work on {a} with emphasis on {b}.",
        "Project: {a} for an industrial partner, {n} months, budget kept.",
    ),
    "management": (
        "Managed {p} people in production, quality and {a}.",
        "Set up {a} at a new site in {n} months.",
        "Responsible for {a} and {b}; reported to the board.",
        "Reduced lead time by {p} % with {a}.",
        "Prepared {n} audits; topics {latin} and {a}.",
        "Turned round {a} after two years of losses.",
        "Steered {n} projects at a time with {tool}.",
        "Built a team of {n} for {a}, half of them from abroad.",
        "Negotiated with suppliers on {a}.",
        "Kept budget and dates in {a}.",
        "Project: {a}, {n} partners, handed over on time.",
    ),
    "marketing": (
        "Raised export turnover by {p} % through {a}.",
        "Won {n} new customers by {a}.",
        "Responsible for {a} in {n} countries.",
        "Prepared and closed contracts; main subject {a}.",
        "Analysed markets for {a} and {b}.",
        "Introduced {tool} for {a}.",
        "Represented the firm at {n} fairs; focus on {a}.",
        "Answered customers' questions on {latin} and {a}.",
        "Built up {a} from zero.",
        "Trained {n} sales engineers in {a}.",
        "Project: entry into a new market with {a}.",
    ),
    "research": (
        "Led a group of {n} for {a}.",
        "Taught courses on {a} and {b} to {p} students.",
        "Wrote {n} articles about {a}.",
        "Organised a workshop on {a} with {n} partners.",
        "Used {tool} for {a}.",
        "Evaluated data on {a} with {tool}.",
        "Supervised {n} theses in the field of {a}.",
        "Worked with {latin} in {a}.",
        "Won a grant for {a}, {n} months.",
        "Reviewer for {n} journals; subject {a}.",
        "Field campaign on {a} and {b}, {n} weeks.",
        "Talk on {a} at {n} conferences.",
        "Project: {a}, together with {n} institutions.",
    ),
    "practice": (
        "Daily work in {a} and {b}.",
        "Led a team of {n} in {a}.",
        "Responsible for {a}.",
        "Trained {n} younger colleagues in {a}.",
        "Introduced new ways of {a}; feedback was very good.",
        "Used {tool} every day, mostly for {a}.",
        "Good knowledge of {latin} from {a}.",
        "Advised more than {p} clients on {a}.",
        "Took over {a} when the head of the team left.",
        "Prepared plans and budgets for {a} and {b}.",
        "Further training in {a}, {n} weeks.",
        "Award of the house for {a}.",
        "Project: {a}, together with {n} partners.",
    ),
}

EMPLOYERS = {
    "technology": (
        "a listed engineering group", "a mid-size supplier", "a family-owned manufacturer",
        "a public research institute", "Company Name", "a start-up of 30 people",
        "a technical university", "the R&D centre of a large group", "[company], [city]",
    ),
    "management": (
        "an international group", "a mid-size manufacturer", "Company Name", "[company], [city]",
        "a joint venture", "a consulting firm", "a family-owned firm",
    ),
    "marketing": (
        "an international group", "a trading house", "Company Name", "[company], [city]",
        "the sales office of a manufacturer", "a mid-size supplier",
    ),
    "research": (
        "a public university", "a private university", "Company Name", "[institute], [city]",
        "a national academy", "a museum", "a non-profit foundation",
    ),
    "practice": (
        "a private practice", "a family business", "Company Name", "[company], [city]",
        "a city institution", "self-employed", "a non-profit foundation",
    ),
}  # fmt: skip

TRAITS = (
    "Team player with strong communication skills.",
    "Self-motivated, reliable and well organised.",
    "Used to working under pressure and to tight deadlines.",
    "Open-minded and willing to relocate to China with my family.",
    "Analytical thinking, attention to detail, problem solving.",
    "Proficient in MS Office (Word, Excel, PowerPoint).",
    "Strong presentation and interpersonal skills.",
    "Flexible, hard-working, quick to learn.",
    "Experience in multicultural teams.",
    "Leadership skills and project management.",
)

CLOSINGS = (
    "References available on request.",
    "Interests: hiking, chess, photography.",
    "Driving licence. Open to travel.",
    "Interests: cycling, cooking, choir.",
    "Available for an interview by video at any time.",
    "Publications and certificates can be sent on request.",
    "",
    "",
    "",
)

UNIVERSITIES = (
    "a technical university", "University Name", "a national institute of technology",
    "[university], [city]", "a state university", "University of [city]", "a polytechnic",
)  # fmt: skip

HEADINGS = (
    ("SUMMARY", "EXPERIENCE", "EDUCATION", "SKILLS", "PERSONAL"),
    ("Profile", "Professional Experience", "Education", "Technical Skills", "Other"),
    ("Career Overview", "Work History", "Academic Background", "Core Competencies", "About me"),
    ("Objective", "Employment", "Degrees", "Tools and Methods", "Personal Qualities"),
    ("", "Work Experience", "Education and Training", "Highlights", ""),
)

SENIORITY = ("Junior ", "", "Senior ", "Lead ", "Chief ")

DEGREES = {
    "bachelor": ("Bachelor of Science", "B.Sc.", "Bachelor's degree", "Bachelor"),
    "master": ("Master of Science", "M.Sc.", "Master's degree", "Master"),
    "doctor": ("Ph.D.", "PhD", "Doctor", "Doctorate", "Dr."),
}

CHINESE_SUMMARIES = (
    "{y}年{a}、{b}工作经验，现任{role}。",
    "本人长期从事{a}，熟悉{b}和{c}。",
    "{study}{degree}，主要方向为{a}、{b}，有{y}年实践经验。",
    "擅长{a}，对{b}也有较深了解。",
    "曾在{place}工作{y}年，负责{a}和{b}，希望回国或来华发展。",
)

CHINESE_BULLETS = (
    "带领{n}人团队完成{a}项目。",
    "主持{a}，使用{tool}。",
    "负责{a}及{b}，按期交付。",
    "参与{a}工作，熟悉{latin}。",
    "熟练使用{tool}、{tool2}。",
    "英语流利，沟通能力强，可出差。",
    "可来宁波面试，期望从事{a}相关工作。",
)

CHINESE_PAPERS = ("发表{a}方向论文{n}篇。", "在{a}领域有专利{n}项。")
