"""Invented names: people of several cultures, and firms. No name means a real person or firm."""

__all__ = ["BRAND", "CULTURES", "OFFICERS", "PLACES"]

# country | chance in 1,000 | given names | family names | its language beside English
CULTURES = (
    ("Germany", 90, "Jonas Katrin Lukas Heike Tobias Sabine Matthias Anke Florian Ute Henrik Silke",
     "Brandhorst Kessling Vogtmann Oberle Reuschel Lindacker Stahlmann Wieland Hagedorn Trautner",
     "de"),
    ("United Kingdom", 90, "Oliver Hannah Graham Fiona Rupert Alison Neil Harriet Callum Moira",
     "Ashcombe Whitlock Penhale Thornbury Garside Hollins Marwood Kilbride Sefton Langdale", ""),
    ("United States", 95, "Tyler Megan Brandon Denise Marcus Kelly Derek Paula Wesley Joanne",
     "Halloran Whitmer Delacroix Pruitt Stanfield Okafor Larkin Mendenhall Bostick Varner", ""),
    ("France", 55, "Baptiste Camille Olivier Mathilde Gilles Sandrine Thibault Solène Yann Agathe",
     "Delmont Charrier Vasselin Perrault Montclair Lemarchand Roussel Aubrac Fontenay", "fr"),
    ("Spain", 45, "Álvaro Lucía Sergio Marta Iñigo Nuria Gonzalo Elena Rubén Pilar",
     "Echeverri Montalbán Quiroga Salcedo Villanueva Ibarra Cordero Peñalver Arrieta", "es"),
    ("Italy", 50, "Matteo Chiara Davide Francesca Lorenzo Ilaria Stefano Giulia Nicola Elisa",
     "Bertolani Cavallaro Montanari Ferrigno Santucci Bellandi Rovere Pastorelli Zambon", "it"),
    ("India", 100, "Arvind Priya Suresh Kavita Rajeev Anjali Manoj Deepa Vikram Nandini Harish",
     "Chandrasekar Kulkarni Bhattacharya Nambiar Deshpande Raghavan Saxena Venkatesan Joshi", "hi"),
    ("Japan", 50, "Takeshi Yumiko Hiroshi Naoko Kenta Ayumi Masato Chieko Ryo Sachiko",
     "Kurosaka Tanabe Morishima Hayakawa Nishimura Okudaira Shiraishi Uemura Fujisawa", "ja"),
    ("South Korea", 40, "Min-jun Ji-woo Sung-ho Hye-jin Dong-hyun Soo-yeon Jae-won Eun-ji",
     "Kim Park Namgung Hwang Seo Baek Ryu Jang Noh", "ko"),
    ("Russia", 50, "Alexei Irina Dmitri Natalia Sergei Olga Pavel Tatiana Mikhail Yulia",
     "Belyakov Sorokin Gavrilenko Tarasov Zhdanov Kuznetsova Lapshin Voronin Melnik", "ru"),
    ("Ukraine", 35, "Oleksandr Oksana Andriy Halyna Bohdan Iryna Taras Lesia",
     "Kovalchuk Shevrin Bondarenko Hrytsenko Lysenko Marchuk Savchuk", "uk"),
    ("Poland", 30, "Piotr Agnieszka Tomasz Malgorzata Krzysztof Ewa Wojciech Beata",
     "Zawadzki Olszak Krawczyk Sobieraj Wronski Gajewski Pietrzak", "pl"),
    ("Turkey", 30, "Emre Selin Burak Elif Kerem Zeynep Onur Defne",
     "Karahan Yildirgan Demirel Aksoylu Tuncer Korkmaz Erguven", "tr"),
    ("Iran", 35, "Reza Leila Farhad Shirin Amir Nasrin Behzad Mina",
     "Tavakoli Moradian Rostampour Heydari Kamrani Sadeghi Farrokh", "fa"),
    ("Brazil", 30, "Thiago Larissa Rodrigo Camila Fábio Renata Leandro Bianca",
     "Albuquerque Teixeira Nogueira Vasconcelos Moraes Siqueira Farias", "pt"),
    ("Nigeria", 20, "Chinedu Ngozi Babatunde Amina Emeka Folake",
     "Adeyanju Okonkwo Nwachukwu Balogun Ogundipe Eze", ""),
    ("Sweden", 25, "Anders Ingrid Mattias Linnea Björn Karin Fredrik Annika",
     "Lindqvist Bergstrand Hedlund Sandell Norrby Ekholm", "sv"),
    ("Netherlands", 25, "Maarten Femke Jeroen Anouk Pieter Saskia Wouter Marijke",
     "van der Molen|de Ruyter|Hoogland|Verhagen|Kuipers|ter Braak", "nl"),
    ("Singapore", 25, "Wei Ming|Hui Ling|Jun Hao|Siew Lan|Kian Boon|Mei Yee",
     "Tan Lim Goh Chua Teo Ong Koh", "zh"),
    ("China", 80, "Haoran Yuting Zhiqiang Xiaomei Jianfeng Lihua Wenjie Siyu Guodong Yanan",
     "Shen Gu Qian Lu Xia Jiang Ruan Fei Zhuang Weng Ying", "zh"),
)  # fmt: skip

PLACES = ("宁波", "宁波", "宁波北仑", "浙江", "宁波甬东", "宁波明屿")
BRAND = ("澜栖衡霁溯砺屿淳彧沅翊烁", "岑朔璟骁弈沄珵聿潇禾嵘铄", "远源特森达科泽腾恒凯")

OFFICERS = ("陈专员", "周专员", "胡专员", "徐主任", "林专员", "王副主任", "郑专员", "何专员")
